import { section } from './language.ts'

/** Settings whose names in the API read badly, by name. */
const settingNames: Readonly<Record<string, string>> = { soundTrack: 'Audio track' }

/**
 * What the host describes in English: titles of kinds, names of settings and of their choices, by key; their help and what sources report
 * as wrong, by sentence. Other languages have tables.
 */
export const t = section('studioKinds', {
  title: (_kind: string, english: string) => english,
  setting: (name: string, english: string) => settingNames[name] ?? english,
  option: (_value: string, english: string) => english,
  help: (english: string) => english,
  problem: (english: string) => english,
})
