import type { DesktopWindows, DesktopWindowsOptions } from '../../shell/windows/desktop-windows.ts'
import type { OpenedWindow } from '../../shell/windows/window-system.ts'
import type { CommandContext } from './context.ts'

/** The windows of this desktop as browsers, on the displays that it has. */
export async function openDesktopWindows(
  { environment }: CommandContext,
  options: Omit<DesktopWindowsOptions, 'open' | 'system'>,
): Promise<DesktopWindows> {
  const [{ DesktopWindows: Windows }, { XDesktop }, { unknownWindowSystem }, { openWindow }] = await Promise.all([
    import('../../shell/windows/desktop-windows.ts'),
    import('../../shell/linux/x11/x-desktop.ts'),
    import('../../shell/windows/window-system.ts'),
    import('../../shell/open-window.ts'),
  ])
  const system = process.platform === 'linux' && environment.DISPLAY ? new XDesktop(environment) : unknownWindowSystem
  const { dataDir } = options
  return new Windows({ ...options, system, open: (url, look) => openWindow(url, look, { dataDir, env: environment }) })
}

/**
 * Starts Electron for the host of a data folder, where its binary is installed and shows windows here: one process, which has all windows
 * and the icon. Undefined where it is not: browsers show the windows then.
 * @param page path of the page that the window shows first
 */
export async function openElectron({ environment }: CommandContext, dataDir: string, page?: string): Promise<OpenedWindow | undefined> {
  const { findElectron, startElectron } = await import('../../shell/electron-program.ts')
  const found = findElectron(environment)
  const opened = found && (await startElectron(found, { dataDir, page }, environment))
  return opened?.kind === 'electron' ? opened : undefined
}
