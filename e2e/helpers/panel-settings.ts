const property = (name: string, type: string, value: string | number, inside = ''): string =>
  `<property name="${name}" type="${type}" value="${value}">${inside}</property>`
const array = (name: string, ...values: readonly string[]): string => `<property name="${name}" type="array">${values.join('')}</property>`
const panel = [
  property('position', 'string', 'p=6;x=0;y=0'),
  property('length', 'uint', 100),
  property('position-locked', 'bool', 'true'),
  property('size', 'uint', 36),
  array('plugin-ids', '<value type="int" value="1"/>'),
].join('')

/** Settings of Debian's xfce4-panel (`xfce4-panel.xml`): one panel at the top of the screen, with the plugin that shows icons of programs. */
export const systrayPanel = `<?xml version="1.0" encoding="UTF-8"?><channel name="xfce4-panel" version="1.0">${property('configver', 'int', 2)}${array(
  'panels',
  '<value type="int" value="1"/>',
  `<property name="panel-1" type="empty">${panel}</property>`,
)}<property name="plugins" type="empty">${property('plugin-1', 'string', 'systray')}</property></channel>`
