import { randomBytes } from 'node:crypto'
import type { MessageBus, RemoteObject } from './message-bus.ts'

/** XDG Desktop Portal: a desktop asks the person before a program may do something. */

/** Its name on the bus. */
export const portalName = 'org.freedesktop.portal.Desktop'
/** Path of the object that has its interfaces. */
export const portalPath = '/org/freedesktop/portal/desktop'

/** Responses of a request. */
const cancelled = 1
/** A person may take their time, ms. */
const patienceMs = 10 * 60_000

export type PortalResults = Readonly<Record<string, unknown>>

/** The desktop did not do it: a person said no, did not answer, or it does not allow it. */
export class PortalRejected extends Error {
  readonly reason: 'dismissed' | 'no-answer' | 'not-allowed'

  constructor(member: string, reason: PortalRejected['reason']) {
    super(`${member} of the desktop portal: ${reason}`)
    this.reason = reason
  }
}

/** Whether this desktop has that interface: a portal without a backend for it runs, and has it not. */
export async function hasPortal(bus: MessageBus, portal: RemoteObject): Promise<boolean> {
  if (!(await bus.offers(portalName))) return false
  return bus.property(portal, 'version').then(
    () => true,
    () => false,
  )
}

/** Texts and numbers of a dictionary of options. */
export const textOption = (value: string) => ({ signature: 's', value })
export const numberOption = (value: number) => ({ signature: 'u', value })
export const newToken = (): string => `studio_${randomBytes(8).toString('hex')}`

/**
 * A call whose answer comes later, as a signal of an object made for it (org.freedesktop.portal.Request). Rejects with `PortalRejected`
 * or an error of the bus.
 */
export async function portalRequest(
  bus: MessageBus,
  portal: RemoteObject,
  member: string,
  signature: string,
  values: readonly unknown[],
  options: Readonly<Record<string, { readonly signature: string; readonly value: unknown }>>,
): Promise<PortalResults> {
  const handle = newToken()
  const sender = (await bus.name()).slice(1).replaceAll('.', '_')
  const path = `${portalPath}/request/${sender}/${handle}`
  const at: RemoteObject = { destination: portalName, path, interface: 'org.freedesktop.portal.Request' }
  const response = Promise.withResolvers<readonly unknown[]>()
  const late = setTimeout(() => response.reject(new PortalRejected(member, 'no-answer')), patienceMs)
  bus.onLost((problem) => response.reject(new Error(problem)))
  const unwatch = await bus.watch(at, 'Response', response.resolve)
  try {
    await bus.call(portal, member, `${signature}a{sv}`, [...values, { ...options, handle_token: textOption(handle) }])
    const [code, results] = (await response.promise) as [number, PortalResults]
    if (code === cancelled) throw new PortalRejected(member, 'dismissed')
    if (code !== 0) throw new PortalRejected(member, 'not-allowed')
    return results
  } finally {
    clearTimeout(late)
    unwatch()
    response.promise.catch(() => undefined)
  }
}
