import { t } from './messages.ts'

/** The name of a transition: what somebody has called it, or what it is in the page's language where it still has the host's name. */
export function transitionName({ kind, name }: { readonly kind: string; readonly name: string }): string {
  const given = kind.charAt(0).toUpperCase() + kind.slice(1)
  return name === given ? (t.givenNames[kind] ?? name) : name
}
