import { section } from '../../messages/language.ts'

/** Every text of the window in which a page is used. */
export const t = section('studioInteract', {
  open: 'Interact',
  title: (name: string) => `Interact with ${name}`,
  help: 'Clicks, the wheel and keys on the image go to the page; what you do is seen on air. Escape closes.',
  page: 'The page',
} as const)
