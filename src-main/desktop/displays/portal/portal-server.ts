import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import type { DisplayServer, RunningDisplay } from '../display-server.ts'
import { portalOffer } from './desktop-portal.ts'

/** Name of the one desktop that a portal hands out. */
export const portalDisplay = 'portal'

/**
 * The desktop that is logged in at this machine: it is there already, and is not ended from here. The process that shows it asks the desktop
 * for it, and the desktop asks the person there, unless it remembers.
 */
export const portalServer: DisplayServer = {
  async start({ folder }): Promise<RunningDisplay> {
    if (!(await portalOffer()).available) throw new AppError('desktop.portal_missing')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return { protocol: 'portal', server: portalDisplay, authority: join(folder, 'portal-token'), pid: 0 }
  },
  /** Whether it is there is asked when somebody looks: a host that starts does not wait for a desktop. */
  adopt: async () => true,
  end: async () => undefined,
}
