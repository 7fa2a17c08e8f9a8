/** Class and title out of a window's id, for sentences. */
export function windowName(id: string): string {
  const slash = id.indexOf('/')
  if (slash < 0) return `"${id}"`
  return `"${id.slice(slash + 1)}" of ${id.slice(0, slash).replaceAll('%2F', '/').replaceAll('%25', '%')}`
}
