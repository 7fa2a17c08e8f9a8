import type { Messages, Texts } from '../messages.ts'
import { activity } from './activity.ts'
import { app } from './app.ts'
import { client } from './client.ts'
import { clips } from './clips.ts'
import { components } from './components.ts'
import { desktopSharing } from './desktop-sharing.ts'
import { desktops } from './desktops.ts'
import { errors } from './errors.ts'
import { guest } from './guest.ts'
import { health } from './health.ts'
import { healthPage } from './health-page.ts'
import { keys } from './keys.ts'
import { library } from './library.ts'
import { live } from './live.ts'
import { network } from './network.ts'
import { networkCloud } from './network-cloud.ts'
import { networkFleet } from './network-fleet.ts'
import { networkFunctions } from './network-functions.ts'
import { networkMachines } from './network-machines.ts'
import { obs } from './obs.ts'
import { obsSources } from './obs-sources.ts'
import { obsTemplates } from './obs-templates.ts'
import { player } from './player.ts'
import { publish } from './publish.ts'
import { recording } from './recording.ts'
import { rules } from './rules.ts'
import { settings } from './settings.ts'
import { sources } from './sources.ts'
import {
  studio,
  studioCanvas,
  studioCanvasSettings,
  studioChannels,
  studioDocks,
  studioGuests,
  studioGuide,
  studioMacros,
  studioMultiview,
  studioOverlays,
  studioProjectors,
  studioRecovery,
  studioShows,
  studioTemplates,
  studioTransitions,
  studioUploads,
} from './studio.ts'
import { studioFilters, studioHistory, studioInteract, studioLinks, studioMixer, studioWindows } from './studio-editing.ts'
import { studioKinds } from './studio-kinds.ts'

const sections: Messages = {
  activity,
  app,
  client,
  clips,
  components,
  errors,
  health,
  guest,
  keys,
  library,
  live,
  player,
  publish,
  recording,
  rules,
  settings,
  sources,
}
const ofParts: Readonly<Record<string, object>> = {
  ...sections,
  healthPage,
  desktops,
  desktopSharing,
  network,
  networkFunctions,
  networkCloud,
  networkFleet,
  networkMachines,
  obs,
  obsSources,
  obsTemplates,
  studio,
  studioCanvas,
  studioChannels,
  studioCanvasSettings,
  studioDocks,
  studioFilters,
  studioGuests,
  studioGuide,
  studioHistory,
  studioInteract,
  studioKinds,
  studioLinks,
  studioMacros,
  studioMultiview,
  studioMixer,
  studioOverlays,
  studioRecovery,
  studioProjectors,
  studioShows,
  studioTemplates,
  studioTransitions,
  studioUploads,
  studioWindows,
}

export const texts: Texts = (section, english) => ofParts[section] ?? english
