/** What is wrong with a stream's name, as a sentence; undefined where it is right. The host decides; this only says it sooner. */
export function nameProblem(name: string): string | undefined {
  if (name.length > 64) return 'At most 64 characters.'
  if (/[A-Z]/.test(name)) return 'Small letters only.'
  if (/\s/.test(name)) return 'No spaces: use - instead.'
  if (/^[-_]/.test(name)) return 'It must start with a letter or a digit.'
  if (!/^[a-z0-9_-]*$/.test(name)) return 'Only a-z, 0-9, - and _.'
  return undefined
}
