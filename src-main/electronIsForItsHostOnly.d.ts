// What `electron` means to the compiler outside src-main/hosts/electron: a script, which cannot be imported.
declare const electronIsForItsHostOnly: unique symbol
