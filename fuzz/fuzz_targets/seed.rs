//! Inputs that make sense, to begin with: a fuzzer that starts with nothing would need hours to come upon them.
//!
//! They stand beside their target, not in files: so a run needs nothing but the target.

use libfuzzer_sys::fuzzer_mutate;

/// The next input: once in a while one of the seeds, mostly this one with a change made to it.
pub fn mutate<S: AsRef<[u8]>>(data: &mut [u8], size: usize, max_size: usize, random: u32, seeds: &[S]) -> usize {
    let fresh = size < 2 || random.is_multiple_of(16);
    let seed = seeds.get(random as usize / 16 % seeds.len().max(1)).filter(|_| fresh).map(AsRef::as_ref);
    match seed {
        Some(seed) => {
            let length = seed.len().min(max_size).min(data.len());
            data[..length].copy_from_slice(&seed[..length]);
            // Half of them as they are.
            if random >> 31 == 0 { length } else { fuzzer_mutate(data, length, max_size) }
        }
        None => fuzzer_mutate(data, size, max_size),
    }
}
