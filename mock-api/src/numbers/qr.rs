//! Codes to pair a device with: a text to type in and a picture to scan.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Encoder};
use qrcode::QrCode;
use serde::Serialize;

use crate::ids::Ids;

/// Pixels a module is wide.
const SCALE: usize = 4;
/// Light modules around the code; scanners need four.
const QUIET: usize = 4;

/// What a device is paired with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PairingCode {
    qrcode_base64: Option<String>,
    pairing_code: Option<String>,
}

impl PairingCode {
    /// A new one. The picture says that it is a mock's, so that nobody scans it with a phone and wonders.
    pub(super) fn new(ids: &mut Ids) -> Self {
        let code = format!("{}-{}", ids.letters(4), ids.letters(4));
        Self { qrcode_base64: data_uri(&format!("mock-pairing:{code}")), pairing_code: Some(code) }
    }
}

/// The text as a QR code, a PNG in a data URI.
fn data_uri(text: &str) -> Option<String> {
    let png = png(&QrCode::new(text).ok()?).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

fn png(code: &QrCode) -> Result<Vec<u8>, png::EncodingError> {
    let pixels = pixels(code);
    let side = u32::try_from(side(code)).unwrap_or_default();
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(png)
}

fn side(code: &QrCode) -> usize {
    (code.width() + 2 * QUIET) * SCALE
}

/// One byte a pixel, row by row.
fn pixels(code: &QrCode) -> Vec<u8> {
    let side = side(code);
    let modules: Vec<bool> = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
    let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|module| *module < code.width());
    let dark = |x, y| {
        let index = module(y).zip(module(x)).map(|(row, column)| row * code.width() + column);
        index.and_then(|index| modules.get(index)).copied().unwrap_or_default()
    };
    (0..side * side).map(|index| if dark(index % side, index / side) { 0 } else { 255 }).collect()
}
