/** What `streams doctor` found out about one thing that the host depends on. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly remedy?: string
}
