/** How the audit log names a client. */
export function actorOf({ id }: { readonly id: string }): string {
  return `obs-client:${id}`
}
