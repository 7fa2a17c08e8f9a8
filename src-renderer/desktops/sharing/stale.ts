import type { EventMessage } from '../../client/types.ts'

/** Who may come to a display, or who is there, may be different after that event. */
export const isStale = ({ topic, data }: EventMessage, display: string): boolean =>
  topic === 'desktop.updated' && (data as { readonly id: string }).id === display
