/** Names and literal addresses of this machine and its networks, as Chromium's rules write them: `*` stands for anything. */
const privateHosts = [
  ...['localhost', '*.localhost', '*.local', '*.internal', '*.lan', '*.home.arpa'],
  ...['0.*', '10.*', '127.*', '169.254.*', '192.168.*'],
  ...Array.from({ length: 16 }, (_, index) => `172.${16 + index}.*`),
  ...Array.from({ length: 64 }, (_, index) => `100.${64 + index}.*`),
  ...['[::]', '[::1]', '[::ffff:*', '[fc*', '[fd*', '[fe8*', '[fe9*', '[fea*', '[feb*'],
]

/**
 * Value of Chromium's `--host-resolver-rules` for a page that an editor named: no request of it, wherever a redirect, a frame or a script
 * leads, reaches a private host, besides those that an admin opened. A name that its DNS points at a private address is not covered.
 * @param allowed host names and addresses; blocks of addresses cannot be told to Chromium and are left out
 */
export function publicHostsOnly(allowed: readonly string[]): string {
  const hosts = allowed.filter((entry) => /^[\w.*-]+$|^\[[\da-f:]+\]$/i.test(entry))
  return [...hosts.map((host) => `EXCLUDE ${host}`), ...privateHosts.map((host) => `MAP ${host} ~NOTFOUND`)].join(', ')
}
