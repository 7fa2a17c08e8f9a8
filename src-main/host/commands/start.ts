import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { OpenedWindow } from '../../shell/open-window.ts'
import type { DesktopWindows } from '../../shell/windows/desktop-windows.ts'
import type { ApiClient } from '../api-client.ts'
import type { Output } from '../output.ts'
import type { RunningHost } from '../wiring.ts'
import { addConfigFlags, type CommandContext, clientOf, configOf, run } from './context.ts'
import { openDesktopWindows } from './desktop-session.ts'
import { runHost } from './host.ts'
import { startTray, type TrayProcess } from './tray-process.ts'

/** Path of the page that a start is to show, once a host runs; undefined: where the window is. */
export type WantedPage = (client: ApiClient) => Promise<string | undefined>

export function addStartCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('start', { isDefault: true }))
    .description('run the host and open a window on it')
    .addHelpText(
      'after',
      `
The window is Electron where its binary is present, else Chromium; where there is neither, the URL is printed with a
one-time sign-in link. Where a host runs on the data folder already, its window comes to the front, or is opened.
Closing the window ends the host that was started with it, unless streams are live or the studio's outputs
run: then the host goes on until Ctrl+C. On Linux an icon in the panel comes along, see \`streams tray --help\`.

Examples:
  streams                                 this machine alone, usual ports
  streams start --http-port 9000          another port for the page
  streams start --bind 0.0.0.0            for the network; the window signs itself in`,
    )
    .action(run(context, (output, command) => startOrShow(command, context, output)))
}

/** Starts a host with a window; where one runs on the data folder, shows that one's window. */
export async function startOrShow(command: Command, context: CommandContext, output: Output, page?: WantedPage): Promise<void> {
  try {
    await runHost(command, context, output, (host, end) => {
      const path = page && (() => page(clientOf(command, context)))
      return showHost(host, end, context, output, path)
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
    await showRunning(command, context, output, error, page)
  }
}

/** Opens a window on the host that was just started, and ends the host with it. */
async function showHost(
  host: RunningHost,
  end: () => void,
  context: CommandContext,
  output: Output,
  page?: () => Promise<string | undefined>,
): Promise<(() => void) | undefined> {
  const say = (text: string): void => void (output.json || context.stdout.write(`\n${text}\n`))
  const { supervisor } = context
  const { dataDir, signInUrl } = host.ready
  const windows = await openDesktopWindows(context, {
    dataDir,
    urlOf: async (path) => host.windowUrl(path),
    onChange: () => attached.changed(),
    // A host that is started again looks after the window that is open.
    onMainProcess: (pid) => supervisor?.send({ kind: 'window', pid }),
    onMainClosed: (how) => {
      if (how !== 'closed') say(`The window could not be shown. Open in a browser:\n  ${signInUrl}`)
      if (how === 'failed') return
      const live = host.onAir()
      if (live === 0) return end()
      tray?.windowClosed()
      say(
        `The window was closed, but ${live === 1 ? 'a stream or output is' : `${live} streams and outputs are`} live: the host goes on. Ctrl+C stops it.`,
      )
    },
  })
  const attached = host.shells.attach(windows)
  let tray: TrayProcess | undefined
  const leave = (): void => {
    tray?.close()
    attached.detach()
    windows.stop()
  }
  let window: OpenedWindow | undefined
  if (supervisor?.restart === undefined) window = await openMain(windows, await page?.())
  else await adopt(windows, supervisor.restart.windowPid)
  if (window?.kind === 'none') say(`No window: ${window.reason}. Open in a browser:\n  ${signInUrl}`)
  else await windows.resume()
  // Electron has an icon of its own.
  if (window?.kind === 'electron') return leave
  tray = startTray(dataDir, context, (message) => {
    if (message.kind === 'quit') end()
    if (message.kind === 'open') void host.shells.run({ kind: 'show', path: message.path }).catch(() => undefined)
  })
  return leave
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
  const path = await page?.(client)
  const text = `A host is running already: ${client.url}`
  try {
    await client.send('POST', '/desktop/show', path === undefined ? {} : { path })
    output.result({}, () => `${text}\nIts window is in front.`)
    return
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'desktop.no_shell') throw error
  }
  const ended = Promise.withResolvers<void>()
  const links = new AbortController()
  let changed = (): void => undefined
  const windows = await openDesktopWindows(context, {
    dataDir: configOf(command, context).config.data,
    urlOf: async (wanted) => {
      const { url } = await client.send<{ url: string }>('POST', '/tokens/link', {})
      // The window is on this machine; the link may be for elsewhere.
      return `${client.url}${wanted}${wanted.includes('#') ? '' : new URL(url).hash}`
    },
    onChange: () => {
      changed()
      if (windows.state().windows.length === 0) ended.resolve()
    },
    onMainClosed: () => undefined,
  })
  const window = await openMain(windows, path)
  if (window.kind === 'none') {
    const { url } = await client.send<{ url: string }>('POST', '/tokens/link', {})
    output.result({}, () => `${text}\nNo window: ${window.reason}. Open in a browser:\n  ${url}`)
    windows.stop()
    return
  }
  output.result({}, () => text)
  const { openShellLink } = await import('../../shell/follow/shell-link.ts')
  changed = openShellLink({ findHost: () => clientOf(command, context), shell: windows, signal: links.signal })
  await windows.resume()
  await Promise.race([ended.promise, context.untilStopped()])
  links.abort()
  windows.stop()
}

const openMain = (windows: DesktopWindows, path: string | undefined): Promise<OpenedWindow> =>
  windows.open({ view: { kind: 'main' } }, path)

/** Takes over the window of the host before this one, where it is open. */
async function adopt(windows: DesktopWindows, pid: number | undefined): Promise<void> {
  const { adoptWindow } = await import('../../shell/open-window.ts')
  const window = pid === undefined ? undefined : adoptWindow(pid)
  if (window !== undefined) windows.adoptMain(window)
}
