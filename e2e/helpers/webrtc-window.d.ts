/** What `clientPage` puts into a page. */
interface Window {
  clients: { WhipClient: any; WhepClient: any }
  publisher: any
  viewer: any
  states: string[]
  messages: string[]
}
