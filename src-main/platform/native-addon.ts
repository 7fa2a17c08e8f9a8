import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Folder of the installation, with `native` and `dist/native` in it: two levels up, from the source and from the built program. */
export const addonRoot = new URL('../../', import.meta.url)

/** Path of a built native addon, whether it is there or not. */
export function addonFile(name: string): string {
  return fileURLToPath(new URL(`dist/native/${name}.node`, addonRoot))
}

/** Loads dist/native/NAME.node; throws what Node throws where it is missing or does not load. */
export function requireAddon<Addon>(name: string): Addon {
  return createRequire(import.meta.url)(addonFile(name)) as Addon
}
