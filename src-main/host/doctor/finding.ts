/** What `streams doctor` found out about one dependency of the host. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly remedy?: string
}
