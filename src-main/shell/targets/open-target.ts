import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFault } from '../../formats/fault.ts'
import type { ApiClient } from '../../platform/api-client.ts'
import { appScheme, readAppLink } from '../../platform/app-link.ts'
import { AppError } from '../../platform/errors.ts'
import { sendBundle } from './send-bundle.ts'

/** Path of the page that a start is to show, once a host runs; undefined: where the window is. */
export type WantedPage = (client: ApiClient) => Promise<string | undefined>

/** Longest path or URL that is looked at, characters. */
const maxTargetLength = 8192

/**
 * What a link (`ami-streams://…`) or a collection file leads to, as the desktop hands it to the program.
 * Throws `link.invalid`: what leads nowhere starts nothing.
 * @param folder where a relative path starts
 */
export async function openTarget(target: string | undefined, folder = process.cwd()): Promise<WantedPage | undefined> {
  if (target === undefined || target === '') return undefined
  if (target.length > maxTargetLength) throw new AppError('link.invalid', `It is longer than ${maxTargetLength} characters`)
  // A disk of Windows has one letter.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(target)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'file' && process.platform !== 'win32' && scheme !== appScheme)
    throw new AppError('link.invalid', `Only ${appScheme}: and files are opened here, and this is ${scheme}:`)
  if (scheme === appScheme) {
    const path = readAppLink(target)
    if (isFault(path)) throw new AppError('link.invalid', `The link ${path.fault} (character ${path.offset + 1})`)
    return async () => path
  }
  const file = scheme === 'file' ? fileOf(target) : resolve(folder, target)
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true) throw new AppError('link.invalid', `There is no file ${file}`, { details: { file } })
  return async (client: ApiClient) => `/studio?import=${encodeURIComponent(await sendBundle(client, file, basename(file)))}`
}

function fileOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new AppError('link.invalid', `${url} is no file of this machine`, { cause })
  }
}
