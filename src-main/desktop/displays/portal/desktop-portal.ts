import { hasPortal, portalName, portalPath } from '../../../platform/message-bus/desktop-portal.ts'
import { MessageBus, type RemoteObject } from '../../../platform/message-bus/message-bus.ts'
import { loadDBus } from '../../../platform/message-bus/native-bus.ts'

/** The desktop that is logged in at this machine, as XDG Desktop Portal hands it out. */

const face = (name: string): RemoteObject => ({
  destination: portalName,
  path: portalPath,
  interface: `org.freedesktop.portal.${name}`,
})

/** org.freedesktop.portal.RemoteDesktop: keyboard and pointer. */
export const remoteDesktop = face('RemoteDesktop')
/** org.freedesktop.portal.ScreenCast: what the screen shows. */
export const screenCast = face('ScreenCast')

/** From this version of RemoteDesktop on the desktop remembers what the person allowed. */
export const rememberingVersion = 2

/** A bus that has not answered by then hangs, ms. */
const answerMs = 10_000

/** The desktop that can be shown, if there is one. */
export interface PortalOffer {
  readonly available: boolean
  /** The person is asked once; else whenever somebody opens the desktop again. */
  readonly remembers: boolean
}

/** A desktop is there that hands out its screen, keyboard and pointer. */
export async function handsOut(bus: MessageBus): Promise<boolean> {
  return (await hasPortal(bus, remoteDesktop)) && (await hasPortal(bus, screenCast))
}

/** Asks the session bus that the host was started in. Never rejects. */
export async function portalOffer(): Promise<PortalOffer> {
  const none = { available: false, remembers: false }
  if (process.platform !== 'linux') return none
  let bus: MessageBus | undefined
  const late = setTimeout(() => bus?.close(), answerMs)
  try {
    bus = new MessageBus(loadDBus())
    await bus.name()
    if (!(await handsOut(bus))) return none
    return { available: true, remembers: Number(await bus.property(remoteDesktop, 'version')) >= rememberingVersion }
  } catch {
    return none
  } finally {
    clearTimeout(late)
    bus?.close()
  }
}
