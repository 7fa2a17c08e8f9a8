import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { ShellLink } from '../../shell/follow/shell-link.ts'
import type { WantedPage } from '../../shell/targets/open-target.ts'
import type { Output } from '../output.ts'
import { addConfigFlags, type CommandContext, clientOf, configOf, run, shellClientOf } from './context.ts'
import { openDesktopWindows, openElectron } from './desktop-session.ts'
import { runHost } from './host.ts'
import { openMain, showHost } from './show-host.ts'
import { StartingWindow } from './starting-window.ts'

export function addStartCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('start', { isDefault: true }))
    .description('run the host and open a window on it')
    .addHelpText(
      'after',
      `
The window is Electron where its binary is present, else Chromium; where there is neither, the URL is printed with a
one-time sign-in link. Where a host runs on the data folder already, its window comes to the front, or is opened.
Closing the window ends the host that was started with it, unless streams are live or the studio's outputs
run: then the host goes on until Ctrl+C. On Linux it shows an icon in the panel too, see \`streams tray --help\`.

Examples:
  streams                                 this machine alone, usual ports
  streams start --http-port 9000          another port for the page
  streams start --bind 0.0.0.0            for the network; the window signs itself in`,
    )
    .action(run(context, (output, command) => startOrShow(command, context, output)))
}

/** Starts a host with a window; where one runs on the data folder, shows that one's window. */
export async function startOrShow(command: Command, context: CommandContext, output: Output, page?: WantedPage): Promise<void> {
  const starting = new StartingWindow(context, configOf(command, context).config.data)
  try {
    await runHost(
      command,
      context,
      output,
      (host, end) => {
        const path = page && (() => page(shellClientOf(command, context)))
        return showHost(host, end, context, output, starting, path)
      },
      {
        onOwned: () => starting.start(),
        onListening: (windowUrl) => {
          // What a link or a file leads to is asked of the whole host.
          if (page === undefined) starting.goOn(windowUrl())
        },
      },
    )
  } catch (error) {
    await starting.giveUp()
    if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
    await showRunning(command, context, output, error, page)
  }
}

/** Shows the window of the host that has the data folder; where no desktop shows windows for it, this one does from now on. */
async function showRunning(
  command: Command,
  context: CommandContext,
  output: Output,
  rejection: AppError,
  page: WantedPage | undefined,
): Promise<void> {
  const client = clientOf(command, context)
  if (output.json) throw rejection
  const path = await page?.(shellClientOf(command, context))
  const text = `A host is running already: ${client.url}`
  try {
    await client.send('POST', '/shell/show', path === undefined ? {} : { path })
    output.result({}, () => `${text}\nIts window is in front.`)
    return
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'shell.not_attached') throw error
  }
  const ended = Promise.withResolvers<void>()
  const { config } = configOf(command, context)
  const electron = await openElectron(context, config.data, path)
  if (electron !== undefined) {
    output.result({}, () => text)
    electron.onClosed(() => ended.resolve())
    await Promise.race([ended.promise, context.untilStopped()])
    electron.close()
    return
  }
  const links = new AbortController()
  let link: ShellLink | undefined
  const windows = await openDesktopWindows(context, {
    dataDir: config.data,
    urlOf: async (wanted) => {
      const { url } = await client.send('POST', '/tokens/link', {})
      // The window is on this machine; the link may be for elsewhere.
      return `${client.url}${wanted}${wanted.includes('#') ? '' : new URL(url).hash}`
    },
    onChange: () => {
      link?.changed()
      if (windows.state().windows.length === 0) ended.resolve()
    },
    onMainClosed: () => undefined,
  })
  const window = await openMain(windows, path)
  if (window.kind === 'none') {
    const { url } = await client.send('POST', '/tokens/link', {})
    output.result({}, () => `${text}\nNo window: ${window.reason}. Open in a browser:\n  ${url}`)
    windows.stop()
    return
  }
  output.result({}, () => text)
  const { openShellLink } = await import('../../shell/follow/shell-link.ts')
  link = openShellLink({ findHost: () => shellClientOf(command, context), shell: windows, signal: links.signal })
  await windows.resume()
  await Promise.race([ended.promise, context.untilStopped()])
  links.abort()
  windows.stop()
}
