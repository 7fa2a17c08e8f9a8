import { urlProblem } from '../../platform/outbound/network-policy.ts'
import type { ReachPolicy } from '../../platform/outbound/reach.ts'
import { within } from '../../platform/routes/schema-faults.ts'
import { pathProblem } from '../../platform/user-files/file-policy.ts'

/**
 * Editors may have OBS open what they may have this host open: public hosts and folders that an admin opened to them. Judged as it is
 * written; what a name leads to, OBS looks up by itself.
 */

/** Fields that are shown or spoken, or that name something in OBS: never opened. */
const plain =
  /^(?:text|inputName|newInputName|sceneName|newSceneName|sourceName|filterName|newFilterName|transitionName|profileName|sceneCollectionName|captionText|.*Kind|.*Uuid)$/
/** Fields that are a URL or a path, also where it is not written as one. */
const urlField = /^(?:url|server|input)$/i
/** `value` is an entry of the lists of playlists and slideshows. */
const pathField = /(?:^|_)(?:file|path|folder|directory)$|^value$/i
const urls = /[a-z][a-z0-9+.-]*:\/\/[^\s"'()<>\\]+/gi
const maxDepth = 12

/** What is wrong with data that an editor sends, with its place; undefined where nothing is. */
export function referenceProblem(value: unknown, policy: ReachPolicy, place: string, key = '', depth = 0): string | undefined {
  if (depth > maxDepth) return `${place}: nested too deeply`
  if (typeof value === 'string') {
    const problem = plain.test(key) ? undefined : textProblem(value, key, policy)
    return problem === undefined ? undefined : `${place}: ${problem}`
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const at = within(place, Array.isArray(value) ? Number(name) : name)
    const problem = referenceProblem(inner, policy, at, Array.isArray(value) ? key : name, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function textProblem(text: string, key: string, { files, network }: ReachPolicy): string | undefined {
  const value = text.trim()
  if (value === '') return undefined
  if (/^(?:[a-z]:[\\/]|\\\\)/i.test(value)) return `${value} is not in a folder that editors may use`
  for (const [url] of value.matchAll(urls)) {
    if (/^file:/i.test(url)) return fileProblem(url, files)
    const problem = urlProblem(url, network)
    if (problem !== undefined) return problem
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return undefined
  // Protocols that open files by another name, e.g. concat:/etc/passwd.
  if (urlField.test(key) && /^[a-z][a-z0-9+.-]+:(?!\d)/i.test(value)) return `${value} is not a URL that editors may use`
  if (value.startsWith('/') || value.startsWith('~') || pathField.test(key)) return pathProblem(value, files, true)
  return urlField.test(key) ? urlProblem(`http://${value}`, network) : undefined
}

function fileProblem(url: string, files: ReachPolicy['files']): string | undefined {
  try {
    const { hostname, pathname } = new URL(url)
    if (hostname === '') return pathProblem(decodeURIComponent(pathname), files, true)
  } catch {
    // No URL, or one with a broken escape.
  }
  return `${url} is not a URL that editors may use`
}
