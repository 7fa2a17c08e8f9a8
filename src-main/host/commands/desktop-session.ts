import type { DesktopWindows, DesktopWindowsOptions } from '../../shell/windows/desktop-windows.ts'
import type { CommandContext } from './context.ts'

/** The windows of this desktop, on the displays that it has. */
export async function openDesktopWindows(
  { environment }: CommandContext,
  options: Omit<DesktopWindowsOptions, 'env' | 'system'>,
): Promise<DesktopWindows> {
  const [{ DesktopWindows: Windows }, { XDesktop }, { unknownWindowSystem }] = await Promise.all([
    import('../../shell/windows/desktop-windows.ts'),
    import('../../shell/linux/x11/x-desktop.ts'),
    import('../../shell/windows/window-system.ts'),
  ])
  const system = process.platform === 'linux' && environment.DISPLAY ? new XDesktop(environment) : unknownWindowSystem
  return new Windows({ ...options, env: environment, system })
}
