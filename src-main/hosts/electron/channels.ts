/** Names of the two IPC channels: one for requests, one for events. */
export const requestChannel = 'stemwright:request'
export const eventChannel = 'stemwright:event'
