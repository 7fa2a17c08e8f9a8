import { createHash } from 'node:crypto'

const digest = (text: string): string => createHash('sha256').update(text).digest('base64')

/** What a client that knows the password answers to a challenge: section "Creating an authentication string" of the protocol. */
export function authenticationOf(password: string, { salt, challenge }: { readonly salt: string; readonly challenge: string }): string {
  return digest(digest(password + salt) + challenge)
}
