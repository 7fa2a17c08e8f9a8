import type { KnownRequest } from '../../../formats/obs-websocket/request-schemas.ts'
import { audioRequests } from './audio-requests.ts'
import { configRequests } from './config-requests.ts'
import { filterRequests } from './filter-requests.ts'
import { generalRequests } from './general-requests.ts'
import { hotkeyRequests } from './hotkey-requests.ts'
import { inputRequests } from './input-requests.ts'
import { itemRequests } from './item-requests.ts'
import { machineRequests } from './machine-requests.ts'
import { mediaRequests } from './media-requests.ts'
import { outputRequests } from './output-requests.ts'
import { projectorRequests } from './projector-requests.ts'
import type { RequestFamily } from './request-kind.ts'
import { sceneRequests } from './scene-requests.ts'
import { screenshotRequests } from './screenshot-requests.ts'
import { transitionRequests } from './transition-requests.ts'

/** Every request that is answered. */
export const allRequests: RequestFamily = {
  ...generalRequests,
  ...configRequests,
  ...hotkeyRequests,
  ...sceneRequests,
  ...itemRequests,
  ...inputRequests,
  ...audioRequests,
  ...mediaRequests,
  ...filterRequests,
  ...transitionRequests,
  ...outputRequests,
  ...screenshotRequests,
  ...machineRequests,
  ...projectorRequests,
}

/** Requests of the protocol that have no counterpart here, with the reason: they are answered as requests that are not known (204). */
export const leftOutRequests: Partial<Record<KnownRequest, string>> = {
  CreateProfile: 'there are no profiles: outputs and canvases belong to the collection',
  RemoveProfile: 'there are no profiles',
  SetProfileParameter: 'there are no profiles',
  GetInputDeinterlaceMode: 'sources are not deinterlaced by choice',
  SetInputDeinterlaceMode: 'sources are not deinterlaced by choice',
  GetInputDeinterlaceFieldOrder: 'sources are not deinterlaced by choice',
  SetInputDeinterlaceFieldOrder: 'sources are not deinterlaced by choice',
  SendStreamCaption: 'outputs carry no captions',
  OpenInputPropertiesDialog: 'the studio is a page: there is no window to open it in',
  OpenInputFiltersDialog: 'the studio is a page',
  OpenInputInteractDialog: 'the studio is a page',
}
