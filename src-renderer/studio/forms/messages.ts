import { section } from '../../messages/language.ts'

/** What the host describes in English: titles of kinds, names of settings and of their choices. Other languages have tables by key. */
export const t = section('studioKinds', {
  title: (_kind: string, english: string) => english,
  setting: (_name: string, english: string) => english,
  option: (_value: string, english: string) => english,
})
