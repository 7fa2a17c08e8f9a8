import { BellRing, ChartLine, Eye, Hash, type LucideIcon, MessagesSquare, PanelBottom, Table2, Target } from 'lucide-react'

/** Kinds of overlays in the order in which they are offered, with their icons. */
export const overlayIcons: Readonly<Record<string, LucideIcon>> = {
  'lower-third': PanelBottom,
  'alert': BellRing,
  'chat': MessagesSquare,
  'viewers': Eye,
  'goal': Target,
  'number': Hash,
  'table': Table2,
  'chart': ChartLine,
}
