/** Removes the one-time sign-in link from the URL, so that it is neither kept in the history nor shared by accident. */
export function takeLink(address: URL): { link: string | undefined; rest: string } {
  const fromHash = new URLSearchParams(address.hash.slice(1)).get('link')
  const link = fromHash ?? address.searchParams.get('link') ?? undefined
  if (link === undefined) return { link, rest: address.pathname + address.search + address.hash }
  const query = new URLSearchParams(address.search)
  query.delete('link')
  const search = query.size > 0 ? `?${query}` : ''
  return { link, rest: address.pathname + search + (fromHash === null ? address.hash : '') }
}
