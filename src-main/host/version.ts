import { readFileSync } from 'node:fs'

/** Folder of the installation; the sources and the built program are both two levels below it. */
export const installation = new URL('../../', import.meta.url)

/** The program's version, from its package. */
export const version: string = (JSON.parse(readFileSync(new URL('package.json', installation), 'utf8')) as { version: string }).version
