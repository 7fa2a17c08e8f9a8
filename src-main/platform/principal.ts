export type Role = 'viewer' | 'editor' | 'admin'

/** Who does something: for authorisation and for the audit log. */
export interface Principal {
  /** `anonymous`, `local` (loopback without sign-in), `cli`, or `token:ID`. */
  readonly id: string
  readonly role: Role | 'none'
}

const rank = { none: 0, viewer: 1, editor: 2, admin: 3 } as const

/** True where the principal's role reaches the one that is asked for. */
export function mayAct(principal: Principal, least: Role | 'none'): boolean {
  return rank[principal.role] >= rank[least]
}
