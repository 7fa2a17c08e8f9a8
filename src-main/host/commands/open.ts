import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { isFault } from '../../formats/fault.ts'
import { appScheme, readAppLink } from '../../platform/app-link.ts'
import { AppError } from '../../platform/errors.ts'
import type { ApiClient } from '../api-client.ts'
import { addConfigFlags, type CommandContext, run } from './context.ts'
import { sendBundle } from './send-bundle.ts'
import { startOrShow, type WantedPage } from './start.ts'

/** `streams open`: what the desktop runs for links and files of this program. */
export function addOpenCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('open').argument('[target]', `a link (${appScheme}://…) or a collection file`))
    .description('show the window, at what a link or a collection file leads to')
    .addHelpText(
      'after',
      `
A link opens a page and does nothing else. A collection is imported when you say so in the window, after it was listed
what is in it. Where no host runs one is started, as by \`streams start\`.

Examples:
  streams open                               the window
  streams open ${appScheme}://open/studio        a section of the page
  streams open ${appScheme}://watch/evening      a stream
  streams open Evening.ami-collection        an exported collection, to import it`,
    )
    .action(run(context, async (output, command) => startOrShow(command, context, output, await pageOf(command.args[0]))))
}

/** Throws `link.invalid` and `file.not_found`: what leads nowhere starts nothing. */
async function pageOf(target: string | undefined): Promise<WantedPage | undefined> {
  if (target === undefined || target === '') return undefined
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(target)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'file' && process.platform !== 'win32' && scheme !== appScheme)
    throw new AppError('link.invalid', `Only ${appScheme}: and files are opened here, and this is ${scheme}:`)
  if (scheme === appScheme) {
    const path = readAppLink(target)
    if (isFault(path)) throw new AppError('link.invalid', `The link ${path.fault} (character ${path.offset + 1})`)
    return async () => path
  }
  const file = scheme === 'file' ? fileOf(target) : resolve(target)
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
