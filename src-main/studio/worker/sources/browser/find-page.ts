import { stat } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type OwnPages, ownPageUrl } from '../../../../platform/outbound/own-pages.ts'
import { FileFault } from '../../../../platform/user-files/regular-file.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'

/** Where a page is, and what of the machine it may show. */
export type FoundPage =
  | { readonly url: string /** Files below this folder belong to the page; none where undefined. */; readonly folder: string | undefined }
  /** `waiting`: it may be there later. */
  | { readonly problem: string; readonly state: 'waiting' | 'failed' }

/**
 * Finds the page that settings name: a file by its path, or an http or https URL.
 * @param ownPages where overlays of this host are, which settings name by their path
 * @param judge answers the real path of a file, or rejects with FileFault where it must not be read
 */
export async function findPage(
  { url, file }: Pick<BrowserSettings, 'url' | 'file'>,
  judge: (path: string) => Promise<string>,
  ownPages?: OwnPages,
): Promise<FoundPage> {
  if (file !== '') {
    try {
      if (!(await stat(await judge(file))).isFile()) return { problem: `${file} is not a regular file`, state: 'waiting' }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (error instanceof FileFault) return { problem: error.message, state: 'waiting' }
      const problem = code === 'EACCES' ? `The host may not read ${file}` : `There is no file ${file}`
      return { problem, state: 'waiting' }
    }
    return { url: pathToFileURL(file).href, folder: dirname(fileURLToPath(pathToFileURL(file))) }
  }
  if (url === '') return { problem: 'No URL is given', state: 'waiting' }
  const overlay = ownPages === undefined ? undefined : ownPageUrl(url, ownPages)
  if (overlay !== undefined) return { url: overlay, folder: undefined }
  if (!URL.canParse(url)) return { problem: `${url} is not a URL: write it as https://example.org/overlay`, state: 'failed' }
  const { protocol, href } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') return { url: href, folder: undefined }
  const remedy = protocol === 'file:' ? 'give the path of a local page as `file`' : 'only http and https pages are shown'
  return { problem: `URLs that start with ${protocol} are not allowed: ${remedy}`, state: 'failed' }
}

/** Whether a page may go to or load a URL, as far as the URL says. `folder`: of a local page. */
export function mayLoad(address: string, folder: string | undefined): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  switch (url.protocol) {
    case 'http:':
    case 'https:':
    case 'ws:':
    case 'wss:':
    case 'data:':
    case 'blob:':
      return true
    case 'about:':
      return url.pathname === 'blank' || url.pathname === 'srcdoc'
    case 'file:':
      return folder !== undefined && url.host === '' && fileURLToPath(url).startsWith(folder.endsWith(sep) ? folder : folder + sep)
    default:
      return false
  }
}
