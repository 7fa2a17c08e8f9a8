/** Where to connect, and as whom. */
export interface SshTarget {
  /** Name or IP address. */
  readonly host: string
  readonly port: number
  readonly user: string
}

/** How the user proves who they are. None of it is written to a disk. */
export type SshCredentials =
  | { readonly kind: 'agent' }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'key'; readonly privateKey: string; readonly passphrase: string | undefined }

/** Host names, IPv4 and IPv6 addresses: nothing that a program could take for an option. */
export const hostPattern = '^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,252})$|^::[A-Fa-f0-9:.]{0,60}$'
export const userPattern = '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$'

/** The machine as people write it. */
export function targetText({ host, port, user }: SshTarget): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 22 ? `${user}@${name}` : `${user}@${name}:${port}`
}
