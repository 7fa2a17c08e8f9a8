import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { OpenedWindow } from '../../shell/open-window.ts'
import type { Output } from '../output.ts'
import type { Restart } from '../supervisor/messages.ts'
import type { RunningHost } from '../wiring.ts'
import { addConfigFlags, type CommandContext, clientOf, configOf, run } from './context.ts'
import { runHost } from './host.ts'
import { startTray, type TrayProcess } from './tray-process.ts'

export function addStartCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('start', { isDefault: true }))
    .description('run the host and open a window on it')
    .addHelpText(
      'after',
      `
The window is Electron where its binary is present, else Chromium; where there is neither, the URL is printed with a
one-time sign-in link. Where a host runs on the data folder already, only the window is opened.
Closing the window ends the host that was started with it, unless streams are live or the studio's outputs
run: then the host goes on until Ctrl+C. On Linux an icon in the panel comes along, see \`streams tray --help\`.

Examples:
  streams                                 this machine alone, usual ports
  streams start --http-port 9000          another port for the page
  streams start --bind 0.0.0.0            for the network; the window signs itself in`,
    )
    .action(
      run(context, async (output, command) => {
        try {
          await runHost(command, context, output, (host, end) => showHost(host, end, context, output))
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
          await showRunning(command, context, output, error)
        }
      }),
    )
}

/** Opens a window on the host that was just started, and ends the host with it. */
async function showHost(host: RunningHost, end: () => void, context: CommandContext, output: Output): Promise<(() => void) | undefined> {
  const say = (text: string): void => void (output.json || context.stdout.write(`\n${text}\n`))
  const { supervisor } = context
  const shown = new Set<OpenedWindow>()
  /** A host that is started again looks after the window that is open. */
  const report = (): void => supervisor?.send({ kind: 'window', pid: [...shown].at(-1)?.pid ?? null })
  let tray: TrayProcess | undefined
  const show = (window: OpenedWindow): void => {
    if (window.kind === 'none') {
      say(`No window: ${window.reason}. Open in a browser:\n  ${host.ready.signInUrl}`)
      return
    }
    shown.add(window)
    report()
    window.onClosed((how) => {
      shown.delete(window)
      report()
      if (how === 'failed') say(`The window could not be shown. Open in a browser:\n  ${host.ready.signInUrl}`)
      if (how !== 'closed' || shown.size > 0) return
      const live = host.onAir()
      if (live === 0) return end()
      tray?.windowClosed()
      say(
        `The window was closed, but ${live === 1 ? 'a stream or output is' : `${live} streams and outputs are`} live: the host goes on. Ctrl+C stops it.`,
      )
    })
  }
  const window =
    supervisor?.restart === undefined ? await open(host.windowUrl(), host.ready.dataDir, context) : await adopt(supervisor.restart)
  // Electron has an icon of its own.
  if (window?.kind !== 'electron')
    tray = startTray(host.ready.dataDir, context, (message) => {
      if (message.kind === 'quit') end()
      if (message.kind !== 'open') return
      const url = host.windowUrl()
      const target = url.includes('#') ? url.replace(/\/?#/, `${message.path}#`) : `${url}${message.path}`
      void open(target, host.ready.dataDir, context).then(show)
    })
  if (window !== undefined) show(window)
  return () => {
    tray?.close()
    for (const one of shown) one.close()
  }
}

/** Opens a window on the host that uses the data folder. */
async function showRunning(command: Command, context: CommandContext, output: Output, rejection: AppError): Promise<void> {
  const client = clientOf(command, context)
  if (output.json) throw rejection
  const { url } = await client.send<{ url: string }>('POST', '/tokens/link', {})
  // The window is on this machine; the link may be for elsewhere.
  const { hash } = new URL(url)
  const window = await open(`${client.url}/${hash}`, configOf(command, context).config.data, context)
  const text = `A host is running already: ${client.url}`
  output.result({}, () => (window.kind === 'none' ? `${text}\nNo window: ${window.reason}. Open in a browser:\n  ${url}` : text))
  if (window.kind === 'none') return
  const closed = new Promise<void>((resolve) => window.onClosed(() => resolve()))
  await Promise.race([closed, context.untilStopped()])
  window.close()
}

/** The window of the host before this one; undefined where it had none, or a person closed it. */
async function adopt({ windowPid }: Restart): Promise<OpenedWindow | undefined> {
  const { adoptWindow } = await import('../../shell/open-window.ts')
  return windowPid === undefined ? undefined : adoptWindow(windowPid)
}

async function open(url: string, dataDir: string, context: CommandContext): Promise<OpenedWindow> {
  const { openWindow } = await import('../../shell/open-window.ts')
  return openWindow(url, { dataDir, env: context.environment })
}
