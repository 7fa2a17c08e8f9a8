import type { DesktopWindows, DesktopWindowsOptions } from '../../shell/windows/desktop-windows.ts'
import type { OpenedWindow, WindowEnd } from '../../shell/windows/window-system.ts'
import type { Output } from '../output.ts'
import type { RunningHost } from '../running-host.ts'
import type { CommandContext } from './context.ts'
import { openDesktopWindows, openElectron } from './desktop-session.ts'
import type { StartingWindow } from './starting-window.ts'
import { startTray, type TrayProcess } from './tray-process.ts'

/** Path of the page that a start is to show. */
type Page = () => Promise<string | undefined>

/** Electron that crashed is started again so often; then browsers show the windows. */
const maxElectronCrashes = 3

/** Opens a window on the host that was just started, and ends the host with it. Answers what to do at the host's end. */
export async function showHost(
  host: RunningHost,
  end: () => void,
  context: CommandContext,
  output: Output,
  starting?: StartingWindow,
  page?: Page,
): Promise<() => void> {
  const say = (text: string): void => void (output.json || context.stdout.write(`\n${text}\n`))
  return (await showInElectron(host, end, context, say, page)) ?? showInBrowser(host, end, context, say, page, starting)
}

/** Undefined where Electron is not installed, or shows nothing here. */
async function showInElectron(
  host: RunningHost,
  end: () => void,
  context: CommandContext,
  say: (text: string) => void,
  page: Page | undefined,
): Promise<(() => void) | undefined> {
  const { supervisor } = context
  const { dataDir } = host.ready
  const open = (path?: string) => openElectron(context, dataDir, path)
  const left = await adoptElectron(supervisor?.restart?.windowPid, context)
  const first = left ?? (await open(await page?.()))
  if (first === undefined) return undefined
  // It asks what is to become of what is live before it ends.
  host.shells.endWithShell(end)
  let stopped = false
  let crashes = 0
  let leave = (): void => undefined
  const follow = (program: OpenedWindow): void => {
    supervisor?.send({ kind: 'window', pid: program.pid ?? null })
    leave = program.close
    program.onClosed((how) => {
      if (stopped || how === 'handed-over') return
      supervisor?.send({ kind: 'window', pid: null })
      if (how === 'closed') end()
      else void next(how)
    })
  }
  const next = async (how: WindowEnd): Promise<void> => {
    const program = how === 'crashed' && ++crashes <= maxElectronCrashes ? await open() : undefined
    if (stopped) program?.close()
    else if (program !== undefined) follow(program)
    else {
      say('Electron does not show the window: a browser does.')
      leave = await showInBrowser(host, end, context, say, undefined)
      if (stopped) leave()
    }
  }
  follow(first)
  return () => {
    stopped = true
    leave()
  }
}

/** Electron that the host before this one started: it finds the next one by itself. */
async function adoptElectron(pid: number | undefined, { environment }: CommandContext): Promise<OpenedWindow | undefined> {
  if (pid === undefined) return undefined
  const [{ findElectron }, { adoptWindowProgram }] = await Promise.all([
    import('../../shell/electron-program.ts'),
    import('../../shell/windows/window-program.ts'),
  ])
  return findElectron(environment) === undefined ? undefined : adoptWindowProgram(pid, 'electron')
}

async function showInBrowser(
  host: RunningHost,
  end: () => void,
  context: CommandContext,
  say: (text: string) => void,
  page: Page | undefined,
  starting?: StartingWindow,
): Promise<() => void> {
  const { supervisor } = context
  const { dataDir, signInUrl } = host.ready
  const listener: Omit<DesktopWindowsOptions, 'dataDir' | 'open' | 'system'> = {
    urlOf: async (path) => host.windowUrl(path),
    onChange: () => attached?.changed(),
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
  }
  let tray: TrayProcess | undefined
  let attached: ReturnType<RunningHost['shells']['attach']> | undefined
  const started = await starting?.take(listener)
  const windows = started?.windows ?? (await openDesktopWindows(context, { dataDir, ...listener }))
  attached = host.shells.attach(windows)
  let window: OpenedWindow | undefined
  if (started !== undefined) {
    window = started.main
    if (page !== undefined) starting?.goOn(host.windowUrl(await page()))
  } else if (supervisor?.restart === undefined) window = await openMain(windows, await page?.())
  else await adoptMain(windows, supervisor.restart.windowPid)
  if (window?.kind === 'none') say(`No window: ${window.reason}. Open in a browser:\n  ${signInUrl}`)
  else await windows.resume()
  tray = startTray(dataDir, context, (message) => {
    if (message.kind === 'quit') end()
    if (message.kind === 'open') void host.shells.run({ kind: 'show', path: message.path }).catch(() => undefined)
  })
  return () => {
    tray?.close()
    attached?.detach()
    windows.stop()
  }
}

/** Opens the main window, at a path of the page. */
export const openMain = (windows: DesktopWindows, path: string | undefined): Promise<OpenedWindow> =>
  windows.open({ view: { kind: 'main' } }, path)

/** Takes over the window of the host before this one, where it is open. */
async function adoptMain(windows: DesktopWindows, pid: number | undefined): Promise<void> {
  const { adoptWindowProgram } = await import('../../shell/windows/window-program.ts')
  const window = pid === undefined ? undefined : adoptWindowProgram(pid)
  if (window !== undefined) windows.adoptMain(window)
}
