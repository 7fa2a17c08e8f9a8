import { section } from '../../messages/language.ts'

/** Every text of the history. */
export const t = section('studioHistory', {
  open: 'History',
  empty: 'Nothing was changed yet.',
  start: 'As it was opened',
  further: 'Further back',
} as const)
