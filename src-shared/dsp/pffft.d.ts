/** What this project uses of the Emscripten module; the package ships no types. */
declare module '@echogarden/pffft-wasm/simd' {
  /** Addresses are byte offsets into the module's memory, which is replaced when it grows. */
  export interface PffftModule {
    HEAPF32: Float32Array
    /** Returns 0 where memory ran out. `kind` 0 is real, 1 complex. Aborts the whole module on a bad size. */
    _pffft_new_setup(size: number, kind: 0 | 1): number
    _pffft_destroy_setup(setup: number): void
    /** `direction` 0 is forward, 1 backward (unscaled). `work` is as long as the transform. */
    _pffft_transform_ordered(setup: number, input: number, output: number, work: number, direction: 0 | 1): void
    _pffft_aligned_malloc(bytes: number): number
    _pffft_aligned_free(address: number): void
  }
  export default function createModule(): Promise<PffftModule>
}
