export type Role = 'viewer' | 'editor' | 'admin'

/** Who does something: for authorisation and for the audit log. */
export interface Principal {
  /** `anonymous`, `local` (loopback without sign-in), `cli`, `token:ID`, or `link:ID` with the id of a browser session. */
  readonly id: string
  readonly role: Role | 'none'
  /** Id of the browser session that it acts in. */
  readonly session?: string
}

const rank = { none: 0, viewer: 1, editor: 2, admin: 3 } as const

/** True where the principal's role reaches the one that is asked for. */
export function mayAct(principal: Principal, min: Role | 'none'): boolean {
  return rank[principal.role] >= rank[min]
}

/** True where the paths and URLs that a principal names are limited to what editors may use. */
export function isLimited(principal: Principal): boolean {
  return !mayAct(principal, 'admin')
}
