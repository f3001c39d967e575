import type { Bands } from '#renderer/timeline/bands'
import { type SpectrogramRun, tapsOf } from '#renderer/timeline/spectrogramRuns'

/** A strip of the canvas that shows the spectrogram of a clip. All in device pixels from its upper left corner. */
export interface SpectrogramZone {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly runs: readonly SpectrogramRun[]
}

const vertexShader = `#version 300 es
uniform vec4 box;
uniform vec2 size;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 place = (box.xy + corner * box.zw) / size;
  gl_Position = vec4(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, 0.0, 1.0);
}`

const fragmentShader = `#version 300 es
precision highp float;
precision highp int;
uniform vec4 box;
uniform vec2 size;
uniform float place, step_;
uniform int taps, columns, rows;
uniform highp sampler2D bands;
uniform highp sampler2D colours;
out vec4 colour;
void main() {
  float x = floor(gl_FragCoord.x) - box.x;
  float y = size.y - 1.0 - floor(gl_FragCoord.y) - box.y;
  int row = min(rows - 1, int(floor((y + 0.001) * float(rows) / box.w)));
  float value = 0.0;
  for (int tap = 0; tap < taps; tap++) {
    int column = int(floor(place + (x + (float(tap) + 0.5) / float(taps)) * step_));
    value = max(value, texelFetch(bands, ivec2(clamp(column, 0, columns - 1), row), 0).r);
  }
  colour = texelFetch(colours, ivec2(int(value * 255.0 + 0.5), 0), 0);
}`

const uniformNames = ['box', 'size', 'place', 'step_', 'taps', 'columns', 'rows', 'bands', 'colours'] as const
type Uniforms = Record<(typeof uniformNames)[number], WebGLUniformLocation | null>

/** Bytes of textures that are kept; those that were not drawn for longest go first. */
const capacity = 128 << 20
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i

/** Says whether WebGL runs on the processor, where painting pixels oneself is faster. */
export function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info')
  return software.test(String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)))
}

/** Draws the spectrograms of all lanes with one WebGL2 context. `dispose` frees it. */
export class SpectrogramGl {
  private readonly textures = new Map<Bands, WebGLTexture>()
  private bytes = 0
  private uniforms: Uniforms | undefined
  private table: WebGLTexture | undefined
  private colours = new Uint8Array(256 * 4)

  /** @param onRestored told when a lost context is back and everything is to be drawn anew */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly canvas: HTMLCanvasElement,
    private readonly onRestored: () => void,
  ) {
    canvas.addEventListener('webglcontextlost', this.onLost)
    canvas.addEventListener('webglcontextrestored', this.onBack)
    this.build()
  }

  private readonly onLost = (event: Event): void => {
    // Without this the browser does not bring the context back.
    event.preventDefault()
    this.uniforms = undefined
    this.textures.clear()
    this.bytes = 0
  }

  private readonly onBack = (): void => {
    this.build()
    this.onRestored()
  }

  private build(): void {
    const { gl } = this
    const program = gl.createProgram()
    for (const [type, source] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]] as const) {
      const shader = gl.createShader(type)
      if (!shader) return
      gl.shaderSource(shader, source)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
    }
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      if (gl.isContextLost()) return
      throw new Error(`The spectrogram's program does not link: ${gl.getProgramInfoLog(program)}`)
    }
    gl.useProgram(program)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
    this.uniforms = Object.fromEntries(uniformNames.map((name) => [name, gl.getUniformLocation(program, name)])) as Uniforms
    gl.uniform1i(this.uniforms.bands, 0)
    gl.uniform1i(this.uniforms.colours, 1)
    gl.activeTexture(gl.TEXTURE1)
    this.table = createTexture(gl)
    gl.activeTexture(gl.TEXTURE0)
    this.setColours(this.colours)
  }

  /** Takes 256 colours as `colourMap` gives them; shows with the next `paint`. */
  setColours(colours: Uint8Array): void {
    const { gl, table } = this
    this.colours = Uint8Array.from(colours)
    if (!this.uniforms || !table) return
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, table)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, this.colours)
    gl.activeTexture(gl.TEXTURE0)
  }

  /** Draws all zones, and nothing elsewhere. Does nothing while the context is lost. */
  paint(zones: readonly SpectrogramZone[]): void {
    const { gl, uniforms } = this
    if (!uniforms || gl.isContextLost()) return
    const { width, height } = this.canvas
    gl.viewport(0, 0, width, height)
    gl.disable(gl.SCISSOR_TEST)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.enable(gl.SCISSOR_TEST)
    gl.uniform2f(uniforms.size, width, height)
    for (const zone of zones) this.paintZone(zone, uniforms, height)
  }

  private paintZone({ left, top, width, height, runs }: SpectrogramZone, uniforms: Uniforms, canvasHeight: number): void {
    const { gl } = this
    const [red, green, blue] = this.colours
    gl.scissor(left, canvasHeight - top - height, width, height)
    gl.clearColor(red! / 255, green! / 255, blue! / 255, 1)
    gl.clear(gl.COLOR_BUFFER_BIT)
    for (const { start, count, bands, place, step } of runs) {
      gl.bindTexture(gl.TEXTURE_2D, this.texture(bands))
      gl.uniform4f(uniforms.box, left + start, top, count, height)
      gl.uniform1f(uniforms.place, place)
      gl.uniform1f(uniforms.step_, step)
      gl.uniform1i(uniforms.taps, tapsOf(step))
      gl.uniform1i(uniforms.columns, bands.columns)
      gl.uniform1i(uniforms.rows, bands.rows)
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
    }
  }

  private texture(bands: Bands): WebGLTexture | null {
    const { gl, textures } = this
    const known = textures.get(bands)
    if (known) {
      textures.delete(bands)
      textures.set(bands, known)
      return known
    }
    const texture = createTexture(gl)
    if (!texture) return null
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, bands.columns, bands.rows, 0, gl.RED, gl.UNSIGNED_BYTE, bands.values)
    textures.set(bands, texture)
    this.bytes += bands.values.length
    for (const [oldest, old] of textures) {
      if (this.bytes <= capacity || oldest === bands) break
      textures.delete(oldest)
      gl.deleteTexture(old)
      this.bytes -= oldest.values.length
    }
    return texture
  }

  dispose(): void {
    this.canvas.removeEventListener('webglcontextlost', this.onLost)
    this.canvas.removeEventListener('webglcontextrestored', this.onBack)
    this.gl.getExtension('WEBGL_lose_context')?.loseContext()
  }
}

/** Returns a texture, bound, whose texels are taken as they are. */
function createTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, texture)
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
    [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
    [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
  ] as const) {
    gl.texParameteri(gl.TEXTURE_2D, name, value)
  }
  return texture
}
