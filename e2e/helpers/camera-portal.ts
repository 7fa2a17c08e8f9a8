import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PrivatePipeWire, Removable } from './pipewire.ts'
import { portalProgram } from './wayland-desktop.ts'

const permissionStore = '/usr/libexec/xdg-permission-store'
const storeName = 'org.freedesktop.impl.portal.PermissionStore'

/** Why browsers cannot be shown a camera of PipeWire on this machine; undefined where they can. */
export function cameraPortalMissing(): string | undefined {
  if (existsSync(portalProgram) && existsSync(permissionStore)) return undefined
  return 'xdg-desktop-portal missing: apt-get install xdg-desktop-portal'
}

/** xdg-desktop-portal as it is, on a desktop where a person once said that programs may see cameras: nobody is asked. */
export async function startCameraPortal(pipeWire: PrivatePipeWire): Promise<Removable> {
  const portals = join(pipeWire.folder, 'camera-portals')
  mkdirSync(portals)
  // Without somebody who could ask there is no portal for cameras.
  const asks = 'DBusName=org.freedesktop.impl.portal.desktop.nobody\nInterfaces=org.freedesktop.impl.portal.Access;'
  writeFileSync(join(portals, 'nobody.portal'), `[portal]\n${asks}\nUseIn=nobody\n`)
  // In place of one that the bus may have started by itself: ended with the portal.
  const store = pipeWire.spawn(permissionStore, ['--replace'])
  await pipeWire.untilOnBus(storeName, store)
  const said = ['string:devices', 'boolean:true', 'string:camera', 'string:', 'array:string:yes']
  const path = `/${storeName.replaceAll('.', '/')}`
  await pipeWire.output('dbus-send', ['--session', '--print-reply', `--dest=${storeName}`, path, `${storeName}.SetPermission`, ...said])
  const portal = pipeWire.spawn(portalProgram, ['--replace'], { env: { XDG_CURRENT_DESKTOP: 'nobody', XDG_DESKTOP_PORTAL_DIR: portals } })
  await pipeWire.untilOnBus('org.freedesktop.portal.Desktop', portal)
  return {
    async remove() {
      await Promise.all([portal, store].map(pipeWire.end))
    },
  }
}
