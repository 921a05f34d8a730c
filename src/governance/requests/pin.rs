//! The place on a map. What a mini program's map gives is GCJ-02; what is stored is WGS-84.

use serde::{Deserialize, Serialize};

/// A place in WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pin {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// In which system a pin is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PinSystem {
    /// WeChat's and other Chinese maps.
    Gcj02,
    /// GPS receivers, Open311.
    Wgs84,
}

macro_rules! degrees {
    ($($(#[$doc:meta])* $name:ident $limit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name(f64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let value = f64::deserialize(from)?;
                let fine = value.is_finite() && value.abs() <= $limit;
                if fine { Ok(Self(value)) } else { Err(serde::de::Error::custom(concat!("must be within ", $limit, " degrees"))) }
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::Number)
                    .minimum(Some(-$limit))
                    .maximum(Some($limit))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

degrees! {
    /// Degrees north, −90 to 90.
    Latitude 90.0;
    /// Degrees east, −180 to 180.
    Longitude 180.0;
}

/// A pin as it comes in.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenPin {
    /// Degrees north.
    pub lat: Latitude,
    /// Degrees east.
    pub lon: Longitude,
    /// In which system.
    pub system: PinSystem,
}

impl GivenPin {
    /// In WGS-84, rounded to a centimetre or so.
    pub fn stored(self) -> Pin {
        let (lon, lat) = match self.system {
            PinSystem::Gcj02 => coordtransform::gcj02_to_wgs84(self.lon.0, self.lat.0),
            PinSystem::Wgs84 => (self.lon.0, self.lat.0),
        };
        let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
        Pin { lat: rounded(lat), lon: rounded(lon) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_of_a_chinese_map_is_stored_as_the_satellite_sees_it() {
        let given = |system| GivenPin { lat: Latitude(39.91640428150164), lon: Longitude(116.41024449916938), system };
        let stored = given(PinSystem::Gcj02).stored();
        assert!((stored.lat - 39.915).abs() < 2e-7 && (stored.lon - 116.404).abs() < 2e-7, "{stored:?}");
        assert_eq!(given(PinSystem::Wgs84).stored(), Pin { lat: 39.916_404_3, lon: 116.410_244_5 });
    }

    #[test]
    fn degrees_are_finite_and_bounded() {
        assert!(serde_json::from_str::<Latitude>("90.1").is_err());
        assert!(serde_json::from_str::<Longitude>("-180").is_ok());
    }
}
