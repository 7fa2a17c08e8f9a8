/** What travels between the host and a child process, both ways; `message` carries the worker's own words. */
export type Envelope<T> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'message'; readonly body: T }

/** How often a worker says that it is alive, in ms. */
export const heartbeatMs = 1000

/** File descriptor of the media pipe in the worker, where it was given one. */
export const mediaFd = 4
