/** Help of settings, by the sentence that the host has in English. A test compares them with the schemas of the kinds. */
export const settingHelp: Readonly<Record<string, string>> = {
  'Id of a camera; `default` follows the choice of the system': 'Id de una cámara; `default` sigue la elección del sistema',
  "Pixels; 0 for the camera's own": 'Píxeles; 0 para los de la cámara',
  "Frames per second; 0 for the camera's own": 'Fotogramas por segundo; 0 para los de la cámara',
  'What is shown while the camera is away: nothing, or the last frame':
    'Qué se muestra mientras falta la cámara: nada o el último fotograma',
  'When nobody sees it: stays ready, or is closed, so that other programs may have the camera':
    'Cuando nadie la ve: sigue lista, o se cierra para que otros programas puedan usar la cámara',
  'What its programs play is heard, for those who may hear the desktop':
    'Se oye lo que reproducen sus programas, para quien puede oír el escritorio',
  'A display of Desktops as `GET /studio/devices?kind=desktop-display` lists it, for those who may see it':
    'Una pantalla de Escritorios, como la da `GET /studio/devices?kind=desktop-display`, para quien puede verla',
  'A display as `GET /studio/devices?kind=display` lists it; empty for the primary one':
    'Una pantalla, como la da `GET /studio/devices?kind=display`; vacío para la principal',
  'The pointer is drawn into the video': 'El puntero se dibuja en el vídeo',
  'Linux: the X server as DISPLAY has it, e.g. `:0`; empty for that of the session in which the host runs':
    'Linux: el servidor X tal como lo da DISPLAY, p. ej. `:0`; vacío para el de la sesión en la que se ejecuta el servidor',
  'A window as `GET /studio/devices?kind=window` lists it: class and title, so that it is found again when reopened':
    'Una ventana, como la da `GET /studio/devices?kind=window`: clase y título, para encontrarla cuando se abra de nuevo',
  'Which window will do after it was closed: one of the same class and title, or any of the same class':
    'Qué ventana sirve después de cerrarla: una de la misma clase y título, o cualquiera de la misma clase',
  'Pixels from the left of the display': 'Píxeles desde la izquierda de la pantalla',
  'Pixels from its top': 'Píxeles desde su borde superior',
  'Pixels': 'Píxeles',
  'Media file on the machine of the host, or its http(s) URL': 'Archivo multimedia en la máquina del servidor, o su URL http(s)',
  'Starts again at its end, without a gap': 'Al terminar vuelve a empezar, sin pausa',
  'Where it starts, ms of the file': 'Dónde empieza, ms del archivo',
  'Where it ends, ms of the file; empty for its own end': 'Dónde termina, ms del archivo; vacío para su propio final',
  'Factor; audio keeps its pitch': 'Factor; el audio conserva su tono',
  'Which of the audio tracks is heard': 'Cuál de las pistas de audio se oye',
  'When it becomes visible: from the start, from where it was, or only by a command':
    'Cuando se hace visible: desde el principio, desde donde estaba, o solo con una orden',
  'When nobody sees it: pauses, runs on, or is closed, which frees its process and memory':
    'Cuando nadie la ve: se pausa, continúa, o se cierra, lo que libera su proceso y su memoria',
  'What is shown after the end: nothing, or the last frame': 'Qué se muestra después del final: nada o el último fotograma',
  'Resident memory at which the source is restarted, MiB': 'Memoria residente con la que se reinicia la fuente, MiB',
  'Media files, played one after the other without a gap': 'Archivos multimedia, que se reproducen uno tras otro sin pausa',
  'In another order each time round': 'En otro orden en cada vuelta',
  'Numbered images: a pattern as /show/intro-%04d.png, or any one of the files':
    'Imágenes numeradas: un patrón como /show/intro-%04d.png, o cualquiera de los archivos',
  'Frames per second': 'Fotogramas por segundo',
  'A stream of this host, by name; comes before `address`': 'Un directo de este servidor, por su nombre; tiene prioridad sobre `address`',
  'rtmp, rtmps, srt, rtsp, rtsps, http, https or udp URL': 'URL rtmp, rtmps, srt, rtsp, rtsps, http, https o udp',
  'Who asks, where the server wants to know (RTSP, HTTP)': 'Usuario, si el servidor lo pide (RTSP, HTTP)',
  'Of the user; for SRT the passphrase': 'Del usuario; en SRT, la frase de contraseña',
  'How much is buffered so that an uneven network is not seen, ms': 'Cuánto se almacena para que no se note una red irregular, ms',
  'What is shown while the stream is away: nothing, or the last frame':
    'Qué se muestra mientras falta el directo: nada o el último fotograma',
  'What is shown while the guest is away: nothing, a figure in their place, or the last frame':
    'Qué se muestra mientras falta el invitado: nada, una silueta en su lugar o el último fotograma',
  'When nobody sees it: stays connected, or is closed, which frees its process and memory':
    'Cuando nadie la ve: sigue conectada, o se cierra, lo que libera su proceso y su memoria',
  'The stream of an invitation, as it was answered when the guest was invited': 'El directo de una invitación, tal como se dio al invitar',
  'A camera by its stable id, /dev/v4l/by-id/..., or its device file; empty for the first there is':
    'Una cámara por su id estable, /dev/v4l/by-id/..., o su archivo de dispositivo; vacío para la primera que haya',
  'What the camera is asked to send': 'Qué se pide a la cámara que envíe',
  'What the desktop offers in its dialogue': 'Qué ofrece el escritorio en su diálogo',
  'Shows the pointer': 'Muestra el puntero',
  'Connector of a display (`DP-1`) where the desktop has no dialogue; empty for the primary one':
    'Conector de una pantalla (`DP-1`) si el escritorio no tiene diálogo; vacío para la principal',
  "Max frames per second; 0 for the desktop's own": 'Fotogramas por segundo como máximo; 0 para los del escritorio',
  'Id of a microphone; `default` follows the choice of the system': 'Id de un micrófono; `default` sigue la elección del sistema',
  'Id of the speaker whose audio is captured; `default` follows the choice of the system':
    'Id del altavoz cuyo audio se captura; `default` sigue la elección del sistema',
  'Id of an application, PROGRAM/NAME; or its program or its name alone, in any case of letters':
    'Id de una aplicación, PROGRAMA/NOMBRE; o solo su programa o su nombre, en mayúsculas o minúsculas',
  'Image on the machine of the host: PNG, JPEG, WebP, AVIF, GIF, SVG, TIFF; drawn again when the file changes':
    'Imagen en la máquina del servidor: PNG, JPEG, WebP, AVIF, GIF, SVG, TIFF; se dibuja de nuevo cuando cambia el archivo',
  'Pixels that it is scaled to; 0 for its own width. SVG is drawn sharp at any size':
    'Píxeles a los que se escala; 0 para su propio ancho. SVG se dibuja nítido a cualquier tamaño',
  'Pixels that it is scaled to; 0 for its own height. With both the image is fitted inside':
    'Píxeles a los que se escala; 0 para su propia altura. Con ambos, la imagen se ajusta dentro',
  'Animated images: as often as the file says, for ever, or once':
    'Imágenes animadas: tantas veces como diga el archivo, siempre, o una vez',
  'Of animated images: factor': 'De imágenes animadas: factor',
  'Images, in their order': 'Imágenes, en su orden',
  'Folder whose images are shown by name after those of `files`; read again each time round':
    'Carpeta cuyas imágenes se muestran por nombre después de las de `files`; se lee de nuevo en cada vuelta',
  '`shuffle`: in another order each time round': '`shuffle`: en otro orden en cada vuelta',
  'How long each image is shown, ms; 0 until the command `next`': 'Cuánto se muestra cada imagen, ms; 0 hasta la orden `next`',
  'From one image to the next, ms; 0 for a cut': 'De una imagen a la siguiente, ms; 0 para un corte',
  'Starts again after the last; otherwise the last one stays': 'Vuelve a empezar tras la última; si no, la última se queda',
  '`contain`: whole image inside; `cover`: fills, the rest is cut off':
    '`contain`: la imagen entera dentro; `cover`: llena el espacio y se corta el resto',
  'Pixels; 0 for as wide as the canvas': 'Píxeles; 0 para el ancho del lienzo',
  'Pixels; 0 for as high as the canvas': 'Píxeles; 0 para la altura del lienzo',
  'Beside images that do not fill, #rrggbb or #rrggbbaa': 'Junto a imágenes que no llenan el espacio, #rrggbb o #rrggbbaa',
  'When it becomes visible: goes on, or starts from its whole time': 'Al hacerse visible: continúa o empieza con todo su tiempo',
  'When nobody sees it: goes on, pauses, or restarts when it is visible again':
    'Cuando nadie la ve: continúa, se pausa, o empieza de nuevo al volver a verse',
  'Which of `text`, `file` and `url` is shown': 'Qué se muestra: el texto, el de un archivo o el de una URL',
  'The text itself': 'El texto',
  'Text file on the machine of the host, UTF-8 or UTF-16; read again when it changes':
    'Archivo de texto en la máquina del servidor, UTF-8 o UTF-16; se lee de nuevo cuando cambia',
  'http or https URL of a plain text': 'URL http o https de un texto sin formato',
  'How often the URL is requested, ms': 'Cada cuánto se pide la URL, ms',
  'Only so many lines of the end, as for a log; 0 for all': 'Solo tantas líneas del final, como en un registro; 0 para todas',
  'The text runs through a window of `width` and `height` without end': 'El texto pasa sin fin por una ventana de `width` y `height`',
  'Pixels a second to the right: -100, or 0 where it runs up or down': 'Píxeles por segundo hacia la derecha: -100, o 0 si sube o baja',
  'Pixels a second downwards': 'Píxeles por segundo hacia abajo',
  'Between the end and the next start, px': 'Entre el final y el siguiente comienzo, px',
  "Family name of an installed font; empty for the machine's sans serif":
    'Familia de una fuente instalada; vacío para la de palo seco de la máquina',
  'Font file on the machine of the host, TTF or OTF, in the place of an installed font':
    'Archivo de fuente en la máquina del servidor, TTF u OTF, en lugar de una fuente instalada',
  'Height of the letters, px': 'Altura de las letras, px',
  '400 is regular, 700 bold': '400 es normal, 700 negrita',
  'Of the letters, #rrggbb or #rrggbbaa': 'De las letras, #rrggbb o #rrggbbaa',
  'The letters run from `color` into another one': 'Las letras pasan de `color` a otro color',
  'At the other end; `color` is where it starts, #rrggbb or #rrggbbaa': 'En el otro extremo; `color` es donde empieza, #rrggbb o #rrggbbaa',
  'Direction in degrees: 0 to the right, 90 downwards': 'Dirección en grados: 0 hacia la derecha, 90 hacia abajo',
  'Of the edge, #rrggbb or #rrggbbaa': 'Del borde, #rrggbb o #rrggbbaa',
  'Of the edge, px': 'Del borde, px',
  'Of the shadow, #rrggbb or #rrggbbaa': 'De la sombra, #rrggbb o #rrggbbaa',
  'To the right, px': 'Hacia la derecha, px',
  'Downwards, px': 'Hacia abajo, px',
  'Softness, px': 'Suavidad, px',
  'Of the box behind the text, #rrggbb or #rrggbbaa': 'Del recuadro detrás del texto, #rrggbb o #rrggbbaa',
  'Around the text, px': 'Alrededor del texto, px',
  'Of its corners, px': 'De sus esquinas, px',
  'Where the text is placed in a box of a fixed height': 'Dónde queda el texto en un recuadro de altura fija',
  'Of the image, px: text is wrapped to it; 0 for as wide as the text':
    'De la imagen, px: el texto se ajusta a él; 0 para el ancho del texto',
  'Of the image, px: what does not fit is cut off; 0 for as high as the text':
    'De la imagen, px: lo que no cabe se corta; 0 para la altura del texto',
  'From line to line, in letter heights': 'De línea a línea, en alturas de letra',
  'What sizes mean. `standard`: `fontSize` is that of the font, lines are `lineSpacing` of it apart. As the text sources of OBS Studio: `gdi` (Windows): `fontSize` is the height of a line; `freetype` (Linux, macOS): lines are as high as the tallest letter and 4 px, letters are placed on whole pixels without kerning':
    'Qué significan los tamaños. `standard`: `fontSize` es el de la fuente y las líneas se separan `lineSpacing` veces ese tamaño. Como las fuentes de texto de OBS Studio: `gdi` (Windows): `fontSize` es la altura de una línea; `freetype` (Linux, macOS): las líneas miden lo que la letra más alta y 4 px, y las letras se colocan en píxeles enteros sin interletraje',
  'Between letters, px': 'Entre letras, px',
  'Of reading: `auto` takes that of the first letter of each line': 'De lectura: `auto` toma la de la primera letra de cada línea',
  'yyyy yy MM M MMM MMMM dd d EEE EEEE HH H hh h mm ss S (tenths) a (am or pm); other letters between single quotes, two of them for one':
    'yyyy yy MM M MMM MMMM dd d EEE EEEE HH H hh h mm ss S (décimas) a (a. m. o p. m.); otras letras entre comillas simples, dos de ellas para una',
  "As `Europe/Berlin`; empty for the machine's": 'Como `Europe/Madrid`; vacío para la de la máquina',
  "Of the names of days and months, as `de` or `pt-BR`; empty for the machine's":
    'De los nombres de días y meses, como `es` o `pt-BR`; vacío para el de la máquina',
  '`down`: counts `durationMs` down; `up`: counts from nothing; `until`: down to a date':
    '`down`: cuenta atrás desde `durationMs`; `up`: cuenta desde cero; `until`: cuenta atrás hasta una fecha',
  'How long it counts down, ms': 'Cuánto dura la cuenta atrás, ms',
  'Like 2027-01-01T00:00:00Z; without an offset it is local to `timeZone`':
    'Como 2027-01-01T00:00:00Z; sin desfase horario es la hora local de `timeZone`',
  'd HH H mm m ss s S (tenths): the largest one takes all that is above it; other letters between single quotes':
    'd HH H mm m ss s S (décimas): la mayor reúne todo lo que la supera; otras letras entre comillas simples',
  'At zero: stop, count on below it, or restart': 'Al llegar a cero: parar, seguir por debajo o empezar de nuevo',
  'Shown at the end instead of zero': 'Se muestra al final en lugar de cero',
  'Runs from the start; otherwise it waits for the command `start`': 'Funciona desde el principio; si no, espera la orden `start`',
  'Of the whole image, #rrggbb or #rrggbbaa': 'De toda la imagen, #rrggbb o #rrggbbaa',
  'Degrees: 0 to the right, 90 downwards': 'Grados: 0 hacia la derecha, 90 hacia abajo',
  'Colours on the way from 0 to 1': 'Colores en el camino de 0 a 1',
  'At this place, #rrggbb or #rrggbbaa': 'En este punto, #rrggbb o #rrggbbaa',
  'Of radial and conic ones, in widths': 'De los radiales y cónicos, en anchos',
  'Of radial and conic ones, in heights': 'De los radiales y cónicos, en alturas',
  '`card`: bars, ramp, clock, frame number (also as a strip that programs read), and a flash each second; the others do not move':
    '`card`: barras, rampa, reloj, número de fotograma (también como tira que leen los programas) y un destello cada segundo; los demás no se mueven',
  'With the card: a beep together with the flash': 'Con la carta: un pitido junto con el destello',
  'A tone, a tone that rises again and again, or noise': 'Un tono, un tono que sube una y otra vez, o ruido',
  'Hz; of a sweep: where it starts': 'Hz; de un barrido: dónde empieza',
  'Hz at which a sweep ends': 'Hz en los que termina un barrido',
  'How long a sweep takes, ms': 'Cuánto dura un barrido, ms',
  'dBFS: peak of a tone, RMS of noise': 'dBFS: pico de un tono, RMS del ruido',
  'http or https URL of the page, or /overlay/ID for an overlay of this host':
    'URL http o https de la página, o /overlay/ID para una superposición de este servidor',
  'Page on the machine of the host, instead of a URL': 'Página en la máquina del servidor, en lugar de una URL',
  'Of the page, px': 'De la página, px',
  'Max frames per second; a page that does not change sends none':
    'Fotogramas por segundo como máximo; una página que no cambia no envía ninguno',
  'Rules that are added to the page': 'Reglas que se añaden a la página',
  'What the page plays becomes audio of the source; nobody hears it otherwise':
    'Lo que suena en la página pasa a ser audio de la fuente; si no, nadie lo oye',
  'When nobody sees it: the page runs on, or is closed, which frees its processes':
    'Cuando nadie la ve: la página continúa, o se cierra, lo que libera sus procesos',
  'Reloads the page when it becomes visible': 'Recarga la página cuando se hace visible',
  'Memory at which the page is restarted, MiB': 'Memoria con la que se reinicia la página, MiB',
  '#rrggbb: what becomes transparent': '#rrggbb: lo que se vuelve transparente',
  'how far from the colour all is transparent': 'hasta qué distancia del color todo es transparente',
  'width of the edge between transparent and opaque': 'ancho del borde entre transparente y opaco',
  "how much of the colour's reflection on what stays is taken away": 'cuánto del reflejo del color se quita de lo que queda',
  'how the edge between transparent and opaque rises: evenly, or as in OBS Studio, where it starts flat':
    'cómo sube el borde entre transparente y opaco: de manera uniforme, o como en OBS Studio, donde empieza plano',
  'colour, similarity and smoothness follow the light: read from the image twice a second, from what is set on':
    'color, similitud y suavidad siguen la luz: se leen de la imagen dos veces por segundo, a partir de lo ajustado',
  'how far the colour and the similarity may go from what is set': 'cuánto pueden alejarse el color y la similitud de lo ajustado',
  'automatic white balance: what is nearly grey in the image becomes grey, instead of `multiply`':
    'balance de blancos automático: lo que en la imagen es casi gris se vuelve gris, en lugar de `multiply`',
  'how much of a colour it may take away, and how far the saturation may go from what is set':
    'cuánto puede quitar de un color, y cuánto puede apartarse la saturación de lo ajustado',
  'automatic saturation: pale colours become stronger and gaudy ones weaker, instead of `saturation`':
    'saturación automática: los colores pálidos se refuerzan y los chillones se atenúan, en lugar de `saturation`',
  'the amount follows the noise between words: the less noise, the more of the audio stays as it came':
    'la cantidad sigue el ruido entre palabras: cuanto menos ruido, más audio queda como llegó',
  'by how much the amount may be less than what is set': 'cuánto menor que lo ajustado puede ser la cantidad',
  'threshold and gain follow the level: a voice is compressed by as much, and is as loud, however near the microphone is':
    'el umbral y la ganancia siguen el nivel: una voz se comprime y suena igual, esté cerca o lejos el micrófono',
  'dB: how far threshold and gain may go from what is set': 'dB: cuánto pueden apartarse umbral y ganancia de lo ajustado',
  'how far from the colour all is transparent; from black to white it is 1.73':
    'hasta qué distancia del color todo es transparente; de negro a blanco es 1,73',
  'What is called dark and light: of the values of video, or of the light that they are for, as in OBS Studio':
    'Qué se considera oscuro y claro: de los valores del vídeo, o de la luz que representan, como en OBS Studio',
  'darker than this is transparent': 'lo más oscuro que esto es transparente',
  'width of that edge': 'ancho de ese borde',
  'lighter than this is transparent': 'lo más claro que esto es transparente',
  'What is corrected: of the values of video, or of the light that they are for, as in OBS Studio':
    'Qué se corrige: los valores del vídeo, o la luz que representan, como en OBS Studio',
  '0 leaves it; -1 is grey, in linear light black': '0 no cambia nada; -1 es gris, con luz lineal negro',
  '#rrggbb: what the image is multiplied with': '#rrggbb: por lo que se multiplica la imagen',
  '#rrggbb: what is added to it then': '#rrggbb: lo que se suma después',
  'of the whole image': 'de toda la imagen',
  'three-dimensional table in the Cube format': 'tabla tridimensional en formato Cube',
  'how much of it': 'cuánto de ella',
  'how much': 'cuánto',
  'pixels': 'píxeles',
  'pixels: cut off at the left': 'píxeles: se cortan por la izquierda',
  'pixels: at the top': 'píxeles: por arriba',
  'pixels: at the right': 'píxeles: por la derecha',
  'pixels: at the bottom': 'píxeles: por abajo',
  'id of the source whose video is the mask, stretched over this one': 'id de la fuente cuyo vídeo es la máscara, estirado sobre esta',
  'What luma is: of the values of video, or of the light that they are for, as in OBS Studio':
    'Qué es la luma: de los valores del vídeo, o de la luz que representan, como en OBS Studio',
  'pixels a second: to the left': 'píxeles por segundo: hacia la izquierda',
  'pixels a second: upwards': 'píxeles por segundo: hacia arriba',
  'later than it came': 'más tarde de lo que llegó',
  'how much of the cleaned audio: 0 is the audio as it came': 'cuánto del audio limpio: 0 es el audio tal como llegó',
  'dB: the gate opens above it': 'dB: la puerta se abre por encima',
  'dB: the gate closes below it; above `openDb` it counts as `openDb`':
    'dB: la puerta se cierra por debajo; si supera `openDb` vale lo mismo que `openDb`',
  'ms: from closed to open': 'ms: de cerrada a abierta',
  'ms: open for at least so long after the level fell': 'ms: abierta al menos este tiempo después de bajar el nivel',
  'ms: from open to closed': 'ms: de abierta a cerrada',
  'dB: below it the audio is made quieter': 'dB: por debajo, el audio se atenúa',
  'dB that leave for each dB under the threshold': 'dB que salen por cada dB bajo el umbral',
  'dB: never quieter than by so much': 'dB: atenuación máxima',
  'ms: time in which it opens': 'ms: tiempo en que se abre',
  'ms: time in which it closes': 'ms: tiempo en que se cierra',
  'dB: added behind': 'dB: se añaden al final',
  'dB: above it the audio is compressed': 'dB: por encima, el audio se comprime',
  'dB above the threshold that make one dB': 'dB sobre el umbral que se convierten en uno',
  'dB: width of the bend about the threshold': 'dB: ancho de la curva alrededor del umbral',
  'ms: time in which it presses': 'ms: tiempo en que actúa',
  'ms: time in which it lets go': 'ms: tiempo en que deja de actuar',
  'id of the source whose level counts instead of its own (ducking: music that gives way to a voice); empty: its own':
    'id de la fuente cuyo nivel cuenta en lugar del propio (atenuación: música que deja paso a una voz); vacío: el propio',
  'dB: no sample leaves above it': 'dB: ninguna muestra sale por encima',
  'dB: added before': 'dB: se añaden antes',
  'Hz: middle, or corner': 'Hz: centro o esquina',
  'dB: of peaks and shelves': 'dB: de picos y estantes',
  'higher is narrower': 'más alto es más estrecho',
  'dB: below 800 Hz': 'dB: por debajo de 800 Hz',
  'dB: between': 'dB: entre ambos',
  'dB: above 5 kHz': 'dB: por encima de 5 kHz',
  'Hz: what lies above is watched and pressed': 'Hz: lo que queda por encima se vigila y se atenúa',
  'dB: level of the sibilants above which they are pressed': 'dB: nivel de las sibilantes a partir del cual se atenúan',
  'Hz: where the level is 3 dB down': 'Hz: donde el nivel baja 3 dB',
  'dB: added': 'dB: se añaden',
  'LUFS: loudness over 3 s that is steered to (EBU R128)': 'LUFS: sonoridad en 3 s que se busca (EBU R128)',
  'dB: never louder than by so much': 'dB: amplificación máxima',
  'dB: fastest change in a second': 'dB: cambio más rápido en un segundo',
  'LUFS: what is quieter is a pause and changes nothing': 'LUFS: lo más bajo es una pausa y no cambia nada',
  'dB: limiter behind: no sample leaves above it': 'dB: limitador al final: ninguna muestra sale por encima',
  'colour between the scenes; none: one into the other': 'color entre las escenas; none: una se funde con la otra',
  'where the images move to': 'hacia dónde se mueven las imágenes',
  'of the edge': 'del borde',
  'a source whose dark parts change first, instead of a direction':
    'una fuente cuyas partes oscuras cambian primero, en lugar de una dirección',
  'a media source with transparency, played over both scenes; with a duration of 0 for as long as it lasts':
    'una fuente multimedia con transparencia que se reproduce sobre ambas escenas; con duración 0, mientras dure',
  'when it covers all, so that the scenes change behind it; half of its duration':
    'cuándo lo cubre todo, para que las escenas cambien detrás; la mitad de su duración',
}
