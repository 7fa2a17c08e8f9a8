import { section } from '../../messages/language.ts'

/** Every text of the browser docks. */
export const t = section('studioDocks', {
  open: 'Browser docks',
  title: 'Browser docks',
  list: 'Docks',
  add: 'Add dock',
  edit: 'Edit dock',
  ownWindow: 'Open in its own window',
  moveRight: 'Move docks to the right',
  moveDown: 'Move docks below the canvas',
  close: 'Hide docks',
  resize: 'Size of the docks',
  empty: 'No docks yet. A dock is a page of another site beside the canvas: a chat, alerts, a dashboard.',
  inWindow: 'This page opens in a window of its own.',
  name: 'Name',
  namePlaceholder: 'Chat',
  url: 'URL',
  urlHelp: 'https://…, as the service shows it for the chat or dashboard. Everybody who edits the show sees this dock.',
  opens: 'Opens',
  pane: 'Beside the canvas',
  window: 'In a window of its own',
  save: 'Save dock',
  addTitle: 'Add dock',
  editTitle: (name: string) => `Edit dock ${name}`,
  remove: 'Delete dock',
  removeTitle: (name: string) => `Delete dock "${name}"?`,
  removeText: 'It disappears from the page of everybody who edits.',
  forbids: (header: string) =>
    `The site forbids other pages to show it (${header}). Open it in a window of its own, or use the URL that the site offers for embedding.`,
  silent: (problem: string) => `The site did not answer: ${problem}. Check the URL, or save the dock all the same.`,
  mixed: 'This page came over https:// and browsers show no http:// page in it. Open the dock in a window of its own.',
})
