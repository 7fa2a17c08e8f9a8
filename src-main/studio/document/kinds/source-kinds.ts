import { audioDeviceKinds } from './audio-devices.ts'
import { browserKinds } from './browser.ts'
import { cameraKinds } from './cameras.ts'
import { captureKinds } from './capture.ts'
import { drawnKinds } from './drawn.ts'
import { mediaKinds } from './media.ts'
import { screenCastKinds } from './screen-cast.ts'
import type { SourceKind } from './source-kind.ts'

/** Every kind of source there is, as users may know it. Pure: nothing of it runs. */
export const sourceKinds: readonly SourceKind[] = [
  ...cameraKinds,
  ...captureKinds,
  ...mediaKinds,
  ...screenCastKinds,
  ...audioDeviceKinds,
  ...drawnKinds,
  ...browserKinds,
  //
]

const byName = new Map(sourceKinds.map((each) => [each.kind, each]))

/** The kind of that name, or undefined. */
export function findSourceKind(kind: string): SourceKind | undefined {
  return byName.get(kind)
}
