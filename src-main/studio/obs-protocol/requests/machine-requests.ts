import { type RequestFamily, toView } from './request-kind.ts'

/** What the machine of the host has. */
export const machineRequests: RequestFamily = {
  GetMonitorList: toView(async ({ studio }) => {
    // Projectors go to monitors by these numbers.
    const ofDesktop = studio.windows.displays()
    if (ofDesktop.length > 0) {
      return {
        monitors: ofDesktop.map(({ name, bounds }, index) => ({
          monitorName: name,
          monitorIndex: index,
          monitorWidth: bounds.width,
          monitorHeight: bounds.height,
          monitorPositionX: bounds.x,
          monitorPositionY: bounds.y,
        })),
      }
    }
    // A host without a desktop has none.
    const displays = await studio.engine.devices('display').catch(() => [])
    return {
      monitors: displays.map(({ name, details = {} }, index) => ({
        monitorName: name,
        monitorIndex: index,
        monitorWidth: Number(details.width ?? 0),
        monitorHeight: Number(details.height ?? 0),
        monitorPositionX: Number(details.x ?? 0),
        monitorPositionY: Number(details.y ?? 0),
      })),
    }
  }),
}
