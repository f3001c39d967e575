// What `electron` means to the compiler outside src-main/hosts/electron: no module, so that importing it is an error.
