import {
  AppWindow,
  AudioLines,
  Camera,
  Clock,
  Crop,
  Film,
  Folder,
  Globe,
  Grid3x3,
  Image,
  Images,
  Layers,
  ListVideo,
  type LucideIcon,
  Mic,
  Monitor,
  MonitorCloud,
  MonitorUp,
  Palette,
  Radio,
  Rainbow,
  SpeakerIcon,
  Timer,
  Type,
  UserRound,
  Volume2,
  Waves,
} from 'lucide-react'
import type { Collection, Item } from './types.ts'

const icons: Readonly<Record<string, LucideIcon>> = {
  'display': Monitor,
  'window': AppWindow,
  'region': Crop,
  'screen-cast': MonitorUp,
  'desktop-display': MonitorCloud,
  'camera': Camera,
  'v4l2-camera': Camera,
  'microphone': Mic,
  'system-sound': SpeakerIcon,
  'application-sound': Volume2,
  'media': Film,
  'playlist': ListVideo,
  'image-sequence': Images,
  'stream': Radio,
  'guest': UserRound,
  'image': Image,
  'slideshow': Images,
  'text': Type,
  'clock': Clock,
  'timer': Timer,
  'color': Palette,
  'gradient': Rainbow,
  'test-pattern': Grid3x3,
  'tone': Waves,
  'browser': Globe,
}

/** Icon of a kind of source. */
export const iconOf = (kind: string): LucideIcon => icons[kind] ?? AudioLines

/** Icon of what an item shows. */
export function iconOfItem(item: Item, document: Collection): LucideIcon {
  if ('group' in item) return Folder
  if ('scene' in item) return Layers
  return iconOf(document.sources.find(({ id }) => id === item.source)?.kind ?? '')
}
