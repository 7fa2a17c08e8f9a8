import { keys as t } from '../messages/page.ts'
/** What is wrong with a stream's name, as a sentence; undefined where it is right. The host decides; this only says it sooner. */
export function nameProblem(name: string): string | undefined {
  if (name.length > 64) return t.atMost64Characters
  if (/[A-Z]/.test(name)) return t.smallLettersOnly
  if (/\s/.test(name)) return t.noSpacesUseInstead
  if (/^[-_]/.test(name)) return t.itMustStartWithA
  if (!/^[a-z0-9_-]*$/.test(name)) return t.onlyAZ09
  return undefined
}
